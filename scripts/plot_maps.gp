# One map of the demo: estimate, truth and difference side by side. Needs `folder` and `picture`, and the settings that
# crbrt-phantom measure wrote for the map (map, label, factor, high, difference):
#   gnuplot -e "folder = '...'; picture = '...'" FOLDER/MAP.gp scripts/plot_maps.gp
set terminal pngcairo size 1500, 580 font "sans,13"
set output picture
file = sprintf("%s/%s.dat", folder, map)
# Voxels outside the brain hold -1e9: gnuplot warns about missing numbers in a matrix, but not about an undefined expression.
inside(x) = x > -1e8 ? factor * x : NaN
set size ratio -1
unset key
unset tics
unset border
set cbtics
set object 1 rectangle from graph 0, 0 to graph 1, 1 fillcolor rgb "black" behind
set multiplot layout 1, 3 title label
set cbrange [0:high]
set palette defined (0 "#000004", 0.25 "#57106e", 0.5 "#bc3754", 0.75 "#f98e09", 1 "#fcffa4")
set title "estimate"
plot file index 0 matrix using 1:2:(inside($3)) with image
set title "truth"
plot file index 1 matrix using 1:2:(inside($3)) with image
set cbrange [-difference:difference]
set palette defined (-1 "#2166ac", 0 "#f7f7f7", 1 "#b2182b")
set title "estimate - truth"
plot file index 2 matrix using 1:2:(inside($3)) with image
unset multiplot
