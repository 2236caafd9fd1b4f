# SPDX-License-Identifier: Apache-2.0
# The first slice of every map of a folder. SETTINGS is what crbrt-compare --plot wrote (extents, and of each map file, label,
# factor and window; low = high: the map's own):
#   gnuplot -c scripts/plot_slice.gp SETTINGS PICTURE
path(name) = name[1:1] eq "/" ? name : "./" . name  # a name that begins with < or | would be a command
load path(ARG1)
# NIfTI-1 of ours holds its numbers from byte 352 on.
n_column = n_map < 3 ? n_map : 3
n_row = (n_map + n_column - 1) / n_column
set terminal pngcairo size 467 * n_column, 350 * n_row font "sans,12"
set output path(ARG2)
set size ratio -1
unset key
unset tics
unset border
set cbtics
set palette defined (0 "#000004", 0.25 "#57106e", 0.5 "#bc3754", 0.75 "#f98e09", 1 "#fcffa4")
set multiplot layout n_row, n_column
do for [m = 1:n_map] {
  set title label[m]
  if (low[m] < high[m]) { set cbrange [low[m]:high[m]] } else { set cbrange [*:*] }
  plot map[m] binary skip=352 array=(nx,ny) format='%float' using (factor[m] * $1) with image
}
unset multiplot
