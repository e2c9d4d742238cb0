package org.kvm4j.machine.boot;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a kernel is told, in whatever form its protocol has for it.
 *
 * @param commandLine where that is, with a NUL behind it
 * @param ramdisk where the initial RAM disk is
 * @param rsdp where ACPI's tables begin
 * @param memoryMap by rising address
 */
record Handover(
    long commandLine, Optional<Range> ramdisk, OptionalLong rsdp, List<E820Entry> memoryMap) {}
