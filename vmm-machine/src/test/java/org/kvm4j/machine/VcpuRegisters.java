package org.kvm4j.machine;

import java.util.List;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/** What KVM reports for a new vCPU. */
public final class VcpuRegisters {

  private static final Segment DATA = Segment.data32(0).realMode(0);

  public static final SpecialRegisters AFTER_RESET =
      new SpecialRegisters(
          DATA.realMode(0xf000),
          DATA,
          DATA,
          DATA,
          DATA,
          DATA,
          DATA,
          DATA,
          new DescriptorTable(0, 0xffff),
          new DescriptorTable(0, 0xffff),
          0x6000_0010,
          0,
          0,
          0,
          0,
          0,
          0xfee0_0900L,
          List.of(0L, 0L, 0L, 0L));

  private VcpuRegisters() {}
}
