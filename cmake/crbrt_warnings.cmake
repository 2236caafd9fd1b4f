# crbrt_private_target(TARGET): our own warnings for our own sources. Never exported to a consumer.
function(crbrt_private_target target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow)
  if(CRBRT_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
