/* What can be wrong with the trunks of a configuration, seen against its spans. Control thread. */
#pragma once

struct config;
struct config_report;

void trunks_check(const struct config *config, struct config_report *report);
