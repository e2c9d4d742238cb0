package org.kvm4j.benchmark;

import java.util.HexFormat;

/** A kind of access, with a guest that makes ECX of them and halts. As in exit_cost.c. */
enum Access {
  PIO_WRITE(
      """
      ee    ; again: out %al,(%dx)
      e2 fd ;        loop again
      f4    ;        hlt
      """),
  PIO_READ(
      """
      ec    ; again: in (%dx),%al
      e2 fd ;        loop again
      f4    ;        hlt
      """),
  MMIO_WRITE(
      """
      88 03 ; again: mov %al,(%ebx)
      e2 fc ;        loop again
      f4    ;        hlt
      """),
  MMIO_READ(
      """
      8a 03 ; again: mov (%ebx),%al
      e2 fc ;        loop again
      f4    ;        hlt
      """);

  private final String listing;

  Access(String listing) {
    this.listing = listing;
  }

  byte[] code() {
    return HexFormat.of().parseHex(listing.replaceAll(";.*|\\s", ""));
  }
}
