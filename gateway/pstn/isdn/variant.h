/* What a trunk's exchange speaks, by variant and kind of span. Pure. */
#pragma once

#include "pstn/trunk_config.h"

int variant_switch_type(enum trunk_variant variant, enum span_type span); /* PRI_SWITCH_ */
const char *variant_name(enum trunk_variant variant, enum span_type span);
