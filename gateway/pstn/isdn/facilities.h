/* The supplementary services that libpri is to offer and to use. Control thread. */
#pragma once

#include "pstn/isdn/instance.h"

/* Once the trunk has its D channels: their instances may have served another configuration before. */
void facilities_enable(const struct isdn *isdn);
