/* TLS as commands of the sip node: a part of sip_section. */
#pragma once

struct config_report;
struct sip_config;
struct vty;

void tls_vty_install(void);
void tls_vty_validate(const struct sip_config *value, struct config_report *report);
void tls_vty_write(const struct sip_config *value, struct vty *vty);
