# SPDX-License-Identifier: Apache-2.0
# Every map of the demo as a picture of its own: estimate, truth and difference side by side. FOLDER is that of crbrt-phantom
# measure --slices, whose settings.gp holds what differs between maps; the pictures are PICTURES/<map>.png:
#   gnuplot -c scripts/plot_maps.gp FOLDER PICTURES
path(name) = name[1:1] eq "/" ? name : "./" . name  # a name that begins with < or | would be a command
folder = path(ARG1)
pictures = path(ARG2)
load folder . "/settings.gp"
set terminal pngcairo size 1500, 580 font "sans,13"
# Voxels outside the brain hold -1e9: gnuplot warns about missing numbers in a matrix, but not about an undefined expression.
inside(x) = x > -1e8 ? factor[m] * x : NaN
set size ratio -1
unset key
unset tics
unset border
set cbtics
set object 1 rectangle from graph 0, 0 to graph 1, 1 fillcolor rgb "black" behind
do for [m = 1:n_map] {
  set output sprintf("%s/%s.png", pictures, map[m])
  file = sprintf("%s/%s.dat", folder, map[m])
  set multiplot layout 1, 3 title label[m]
  set cbrange [0:high[m]]
  set palette defined (0 "#000004", 0.25 "#57106e", 0.5 "#bc3754", 0.75 "#f98e09", 1 "#fcffa4")
  set title "estimate"
  plot file index 0 matrix using 1:2:(inside($3)) with image
  set title "truth"
  plot file index 1 matrix using 1:2:(inside($3)) with image
  set cbrange [-difference[m]:difference[m]]
  set palette defined (-1 "#2166ac", 0 "#f7f7f7", 1 "#b2182b")
  set title "estimate - truth"
  plot file index 2 matrix using 1:2:(inside($3)) with image
  unset multiplot
}
