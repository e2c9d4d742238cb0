package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each clause of the contract finds the mistakes it is there for. */
class DeviceContractTest {

  @ParameterizedTest
  @EnumSource
  void deviceWithFlaw_failsTheClauseForIt(Flaw flaw) {
    assertNotEquals("passed", messageFor(flaw));
  }

  @Test
  void throwingDevice_isReportedWithActionAndSeed() {
    String message = messageFor(Flaw.THROWS_ON_A_VALUE);

    assertTrue(message.contains("write 0x"), message);
    assertTrue(message.contains("ArithmeticException"), message);
    assertTrue(message.contains("-Dkvm4j.testkit.seed=0x"), message);
    assertTrue(message.matches("(?s).* Before it: (.+; ){4}.+\\..*"), message);
  }

  @Test
  void forgottenRegister_isReportedWithItsKey() {
    String message = messageFor(Flaw.RESET_FORGETS_REGISTER);

    assertTrue(message.contains("scratch: 0, other"), message);
  }

  @Test
  void everyClause_isCoveredByAFlaw() {
    Map<String, String> clauses = new TreeMap<>();
    for (var method : DeviceContract.class.getMethods()) {
      if (method.isAnnotationPresent(ContractTest.class)) {
        clauses.put(method.getName(), "");
      }
    }
    for (Flaw flaw : Flaw.values()) {
      clauses.remove(flaw.caughtBy());
    }

    assertEquals(Map.of(), clauses);
  }

  /** What the clause says of the flaw that it is there for. */
  private static String messageFor(Flaw flaw) {
    FlawedDevice.flaw = flaw;
    return TestRun.failures(selectMethod(FlawedDevice.class, flaw.caughtBy()))
        .getOrDefault(flaw.caughtBy(), "passed");
  }
}
