/* What libosmocore's state machines lack. */
#pragma once

#include <osmocom/core/fsm.h>

/* Changes fi's state, one without an action on entry, and starts its timer T for ms milliseconds; 0 ms: none. Instead of
 * osmo_fsm_inst_state_chg_ms(), of which libosmocore 1.7 takes what is below a whole second for microseconds. */
void fsm_change_ms(struct osmo_fsm_inst *fi, uint32_t state, uint64_t ms, int T);
