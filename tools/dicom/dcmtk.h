// SPDX-License-Identifier: Apache-2.0
/// What every use of DCMTK needs: its headers, its dictionary, and silence.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <string>

namespace crbrt::dicom {

/// Before anything else: DCMTK writes nothing to the terminal of its own, where it might name a patient. Throws Error
/// (exit_output) where its data dictionary is not installed.
void prepare_dcmtk();

/// All values of an attribute, "" where it is absent.
std::string text_of(DcmItem& item, const DcmTagKey& tag);

/// The first item of a sequence; null where there is none.
DcmItem* first_item(DcmItem& item, const DcmTagKey& sequence);

}  // namespace crbrt::dicom
