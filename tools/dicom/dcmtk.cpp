// SPDX-License-Identifier: Apache-2.0
// The log of DCMTK quotes values that it finds odd, and those may be a patient's.
#include "tools/dicom/dcmtk.h"

#include <dcmtk/oflog/oflog.h>

#include "base/error.h"

namespace crbrt::dicom {

void prepare_dcmtk() {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  if (!dcmDataDict.isDictionaryLoaded())
    throw base::Error(base::exit_output,
                      "--dicom-like needs the data dictionary of DCMTK, dicom.dic, which is not installed (or "
                      "DCMDICTPATH names another place)");
}

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString text;
  if (item.findAndGetOFStringArray(tag, text).bad()) return {};
  return {text.c_str(), text.length()};
}

DcmItem* first_item(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* found = nullptr;
  return item.findAndGetSequenceItem(sequence, found, 0).good() ? found : nullptr;
}

}  // namespace crbrt::dicom
