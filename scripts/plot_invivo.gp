# The six maps of models/invivo6 over the real slice. Needs `folder` (of crbrt-map) and `picture`:
#   gnuplot -e "folder = 'build/invivo/maps'; picture = 'maps.png'" scripts/plot_invivo.gp
# NIfTI-1 holds its numbers from byte 352 on; the slice is stored with the head turned by 90 degrees.
set terminal pngcairo size 1400, 700 font "sans,12"
set output picture
slice = "binary skip=352 array=(176,146) format='%float' with image"
set size ratio -1
unset key
unset tics
unset border
set cbtics
set palette defined (0 "#000004", 0.25 "#57106e", 0.5 "#bc3754", 0.75 "#f98e09", 1 "#fcffa4")
set multiplot layout 2, 3
do for [map in "m0_semi_frac R1map R2map exchange_hz r1_semi_hz t2_semi_s"] {
  if (map eq "m0_semi_frac") { set title "m0_{semi} (fraction)"; set cbrange [0:0.3] }
  if (map eq "R1map")        { set title "R1_{free} (1/s)";      set cbrange [0:1] }
  if (map eq "R2map")        { set title "R2_{free} (1/s)";      set cbrange [0:20] }
  if (map eq "exchange_hz")  { set title "exchange (1/s)";       set cbrange [0:30] }
  if (map eq "r1_semi_hz")   { set title "R1_{semi} (1/s)";      set cbrange [0:6] }
  if (map eq "t2_semi_s")    { set title "T2_{semi} (s)";        set cbrange [5e-6:20e-6]; set format cb "%.1e" }
  plot sprintf("%s/%s.nii", folder, map) @slice
}
unset multiplot
