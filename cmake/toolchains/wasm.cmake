# SPDX-License-Identifier: Apache-2.0
# WebAssembly by Debian's emscripten; what it builds runs under Node. Debian keeps Node's modules where emscripten does not look,
# and Node does not load a module that lies beside the program: SINGLE_FILE puts it inside.
set(ENV{NODE_PATH} /usr/share/nodejs)
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
set(CMAKE_C_LINKER_LAUNCHER env;NODE_PATH=/usr/share/nodejs)
set(CMAKE_CXX_LINKER_LAUNCHER env;NODE_PATH=/usr/share/nodejs)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-sSINGLE_FILE=1 -sALLOW_MEMORY_GROWTH=1 -sEXIT_RUNTIME=1 -sENVIRONMENT=node")
set(CMAKE_CROSSCOMPILING_EMULATOR node)
