# SPDX-License-Identifier: Apache-2.0
# crbrt_map.mex from an install tree, by the command of docs/octave.md, and one call of it.
find_program(mkoctfile mkoctfile)
find_program(octave octave-cli)
if(NOT mkoctfile OR NOT octave)
  message("SKIPPED: no octave-dev")
  return()
endif()
set(folder ${WORK_DIR}/octave)
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})
file(COPY ${PREFIX}/share/crbrt/octave/crbrt_map.m DESTINATION ${folder})
execute_process(COMMAND ${mkoctfile} --mex -R2018a -I${PREFIX}/include -o ${folder}/crbrt_map.mex
    ${PREFIX}/share/crbrt/octave/crbrt_map.c -L${PREFIX}/${LIBDIR} -lcrbrt_loader -lcrbrt_runtime -lmd -lstdc++
  WORKING_DIRECTORY ${folder} COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${folder}/map_one.m "
addpath ('${folder}');
maps = crbrt_map ('${REPOSITORY}/models/brain_v2/brain_v2.crbm', complex (single (ones (2, 2, 1, 13)), single (ones (2, 2, 1, 13))));
assert (size (maps.t1_apparent_s), [2, 2]);
assert (! isempty (strfind (help ('crbrt_map'), 'Quantitative maps')));
disp ('mapped by the installed sources');
")
execute_process(COMMAND ${octave} --no-init-file --quiet ${folder}/map_one.m OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "mapped by the installed sources")
  message(FATAL_ERROR "expected maps, found: ${output}")
endif()
