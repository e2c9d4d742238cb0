package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.core.abi.KvmRun;

/** KvmRun itself is compared with linux/kvm.h. */
final class ExitNameTest {

  @Test
  void allExitsOfKvmRun_haveTheirName() throws IllegalAccessException {
    List<Field> exits =
        Arrays.stream(KvmRun.class.getFields())
            .filter(field -> field.getName().startsWith("KVM_EXIT_"))
            .filter(field -> !field.getName().equals("KVM_EXIT_IO_OUT")) // a direction
            .toList();

    assertEquals(24, exits.size());
    for (Field exit : exits) {
      assertEquals(exit.getName(), ExitName.of(exit.getInt(null)));
    }
  }

  @Test
  void otherExits_areNumbers() {
    assertEquals("KVM_EXIT_-1", ExitName.of(-1));
    assertEquals("KVM_EXIT_99", ExitName.of(99));
  }
}
