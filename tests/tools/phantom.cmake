# Tests of the digital brain and of the pulse train that it is measured with.
crbrt_add_test(phantom_test SOURCES phantom/brain_test.cpp phantom/library_test.cpp LIBRARIES crbrt::phantom crbrt::volume)
crbrt_add_test(protocol_test SOURCES protocol/shape_test.cpp protocol/shipped_protocol_test.cpp
               LIBRARIES crbrt::protocol crbrt::physics_io)
