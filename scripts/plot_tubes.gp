# SPDX-License-Identifier: Apache-2.0
# Box plots of what each method measures in the tubes: boxes from quartile to quartile, whiskers to 1.5 times that (outliers not
# drawn), black lines for the truth. FOLDER is that of crbrt-phantom rois --boxes:
#   gnuplot -c scripts/plot_tubes.gp FOLDER PICTURE
path(name) = name[1:1] eq "/" ? name : "./" . name  # a name that begins with < or | would be a command
folder = path(ARG1)
load folder . "/settings.gp"
set terminal pngcairo size 1100, 1250 font "sans,13"
set output path(ARG2)
set style data boxplot
set style boxplot range 1.5 nooutliers
set style fill solid 0.55 border rgb "#333333"
set xrange [0.4:n_tube + 0.6]
set lmargin 11
set boxwidth 0.7 / n_method
unset xtics
set for [t = 1:n_tube] xtics add (tube[t] t)
set xtics nomirror scale 0
set grid ytics lc rgb "#dddddd"
array colour[6] = ["#7f7f7f", "#0072b2", "#009e73", "#d55e00", "#cc79a7", "#f0e442"]
set multiplot layout n_map, 1
do for [q = 1:n_map] {
  dat = sprintf("%s/%s.dat", folder, map[q])
  truth = sprintf("%s/%s.truth", folder, map[q])
  if (q == 1) { set key top left horizontal } else { unset key }
  set ylabel label[q]
  # The method of a box stands in its third column; every box is an index of the file.
  array of_box[n_box[q]]
  do for [b = 1:n_box[q]] { stats dat index b - 1 using 3 nooutput; of_box[b] = int(STATS_min) + 1 }
  array x_of_box[n_box[q]]
  do for [b = 1:n_box[q]] { stats dat index b - 1 using 1 nooutput; x_of_box[b] = STATS_min }
  plot for [b = 1:n_box[q]] dat index b - 1 using (x_of_box[b]):(factor[q] * $2) lc rgb colour[of_box[b]] notitle, \
       for [m = 1:n_method] NaN with boxes lc rgb colour[m] title method[m], \
       truth using 1:(factor[q] * $3):($2 - $1):(0) with vectors nohead lw 2 lc rgb "black" title "truth"
}
unset multiplot
