# SPDX-License-Identifier: Apache-2.0
# The estimated maps of the demo in one row, the picture of README.md. FOLDER is that of crbrt-phantom measure --slices:
#   gnuplot -c scripts/plot_overview.gp FOLDER PICTURE
path(name) = name[1:1] eq "/" ? name : "./" . name  # a name that begins with < or | would be a command
folder = path(ARG1)
load folder . "/settings.gp"
set terminal pngcairo size 380 * n_map, 405 font "sans,12"
set output path(ARG2)
inside(x) = x > -1e8 ? factor[m] * x : NaN  # voxels outside the brain hold -1e9
set size ratio -1
unset key
unset tics
unset border
set cbtics
set object 1 rectangle from graph 0, 0 to graph 1, 1 fillcolor rgb "black" behind
set palette defined (0 "#000004", 0.25 "#57106e", 0.5 "#bc3754", 0.75 "#f98e09", 1 "#fcffa4")
set multiplot layout 1, n_map margins 0.01, 0.93, 0.02, 0.92 spacing 0.085, 0
do for [m = 1:n_map] {
  set title label[m]
  set cbrange [0:high[m]]
  plot sprintf("%s/%s.dat", folder, map[m]) index 0 matrix using 1:2:(inside($3)) with image
}
unset multiplot
