/* The words of a span's configuration that are a DAHDI card's; spans_vty.c has the rest. Control thread. */
#pragma once

struct config_report;
struct span_config;
struct vty;

void dahdi_vty_install(void);
void dahdi_vty_init(struct span_config *span); /* defaults */
void dahdi_vty_validate(const struct span_config *span, struct config_report *report);
void dahdi_vty_write(const struct span_config *span, struct vty *vty);
