# crbrt-mrd: its parts in memory, and the whole program between ISMRMRD's own files and crbrt-map.
if(CRBRT_MRD_SERVER)
  crbrt_add_test(mrd_test
    SOURCES mrd/assembly_test.cpp mrd/config_test.cpp mrd/dialogue_test.cpp mrd/message_parser_test.cpp mrd/pixel_scale_test.cpp
    LIBRARIES crbrt::mrd crbrt_test_models)
endif()
