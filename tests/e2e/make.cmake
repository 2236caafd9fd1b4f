# crbrt-make from a tiny pulse train to models: all files, resumption, what is done again.
if(TARGET crbrt-make)
  crbrt_add_test(make_e2e_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/make_test.cpp LIBRARIES crbrt::base)
  add_dependencies(make_e2e_test crbrt-make)
endif()
