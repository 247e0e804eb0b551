/* Calls back: for some time after an emergency call, whoever calls the number that its caller showed, or has, is
 * led to that caller. Kept in memory, over changes of the configuration. For the files of this folder. */
#pragma once

#include "call/target.h"

struct call;
struct call_back;
struct emergency;

/* The caller of the emergency call may be called back from now on; called again at its end. */
void call_back_open(const struct call *call);
/* Whom a call from there to that number is for; NULL: for nobody of these. */
const struct call_back *call_back_find(const struct emergency *emergency, enum target_kind kind,
				       const char *from, const char *called);
