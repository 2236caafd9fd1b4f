/// What was measured, as JSON for programs and as Markdown tables for people.
#pragma once

#include <string>
#include <vector>

#include "bench/speed/instructions.h"
#include "bench/speed/measure.h"

namespace crbrt::bench {

struct Report {
  Measured measured;
  std::vector<InstructionCount> instructions;
  std::string isa;           ///< of the peaks
  std::string machine;       ///< the processor's own name
  double time_stamp_hz = 0;  ///< ticks of the time stamp counter; 0 where there is none
};

std::string json_text(const Report& report);
std::string markdown_text(const Report& report);

}  // namespace crbrt::bench
