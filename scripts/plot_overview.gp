# The estimated maps of the demo in one row, the picture of README.md. Needs `folder` (of crbrt-phantom measure --slices) and `picture`:
#   gnuplot -e "folder = '...'; picture = '...'" scripts/plot_overview.gp
settings = system(sprintf("ls '%s'/*.gp", folder))
set terminal pngcairo size 380 * words(settings), 405 font "sans,12"
set output picture
inside(x) = x > -1e8 ? factor * x : NaN  # voxels outside the brain hold -1e9
set size ratio -1
unset key
unset tics
unset border
set cbtics
set object 1 rectangle from graph 0, 0 to graph 1, 1 fillcolor rgb "black" behind
set palette defined (0 "#000004", 0.25 "#57106e", 0.5 "#bc3754", 0.75 "#f98e09", 1 "#fcffa4")
set multiplot layout 1, words(settings) margins 0.01, 0.93, 0.02, 0.92 spacing 0.085, 0
do for [i = 1:words(settings)] {
  load word(settings, i)
  set title label
  set cbrange [0:high]
  plot sprintf("%s/%s.dat", folder, map) index 0 matrix using 1:2:(inside($3)) with image
}
unset multiplot
