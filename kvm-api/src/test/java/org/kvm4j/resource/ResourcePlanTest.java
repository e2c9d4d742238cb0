package org.kvm4j.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;

/** Who gets which place, and what is said when two want the same. */
final class ResourcePlanTest {

  private static final DeviceOption<Integer> COM1 = DeviceOption.ports("base", 8, "0x3f8", "ports");
  private static final DeviceOption<Integer> ANY_PORTS =
      DeviceOption.ports("base", 6, DeviceOption.ANY, "ports");
  private static final DeviceOption<Long> WINDOW =
      DeviceOption.addresses("window", 0x1800, DeviceOption.ANY, "registers");
  private static final DeviceOption<Integer> IRQ = DeviceOption.interrupt("irq", "4", "line");
  private static final DeviceOption<Integer> SHARED =
      DeviceOption.sharedInterrupt("irq", "4", "line");
  private static final DeviceOption<Integer> ANY_IRQ =
      DeviceOption.interrupt("irq", DeviceOption.ANY, "line");

  private final ResourcePlan plan =
      new ResourcePlan(FixedResource.addresses(0xd000_0000L, 0x10_0000));

  private static ResourceRequest request(
      String id, Map<String, String> given, DeviceOption<?>... options) {
    return new ResourceRequest(id, id + ".jar", provider(List.of(), options), given);
  }

  private static DeviceProvider provider(List<FixedResource> fixed, DeviceOption<?>... options) {
    return new AbstractDeviceProvider(
        DeviceProvider.API_VERSION,
        "test",
        "a device",
        List.of(options),
        fixed,
        context -> {
          throw new AssertionError("a plan creates nothing");
        }) {};
  }

  private List<String> conflicts(ResourceRequest... requests) {
    return assertThrows(DeviceConflictException.class, () -> plan.place(List.of(requests)))
        .getMessage()
        .lines()
        .toList();
  }

  @Test
  void fixedPlaces_stayWhereTheUserPutThem() {
    Map<String, Map<String, String>> texts =
        plan.place(List.of(request("serial", Map.of("base", "0x2f8"), COM1, IRQ)));

    assertEquals(Map.of("serial", Map.of("base", "0x2f8")), texts);
  }

  @Test
  void any_isReplacedByAFreePlace_alignedToItsSize() {
    Map<String, String> texts =
        plan.place(List.of(request("a", Map.of(), ANY_PORTS, WINDOW, ANY_IRQ))).get("a");

    assertEquals(Map.of("base", "0x1000", "window", "0xd0000000", "irq", "5"), texts);
  }

  @Test
  void any_isFoundAfterAllFixedPlaces_whoeverComesFirst() {
    Map<String, Map<String, String>> texts =
        plan.place(
            List.of(
                request("any", Map.of(), ANY_PORTS, WINDOW, ANY_IRQ),
                request(
                    "fixed",
                    Map.of("base", "0x1004", "irq", "5", "window", "0xd0000800"),
                    COM1,
                    IRQ,
                    WINDOW)));

    assertEquals(Map.of("base", "0x1010", "window", "0xd0002000", "irq", "10"), texts.get("any"));
  }

  @Test
  void aUserMayAskForAny_whereTheDefaultIsFixed() {
    assertEquals(
        Map.of("base", "0x1000"),
        plan.place(List.of(request("serial", Map.of("base", "any"), COM1))).get("serial"));
  }

  @Test
  void manyDevicesAnywhere_neverOverlap() {
    Set<String> bases = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      bases.add(
          plan.place(List.of(request("d" + i, Map.of(), ANY_PORTS))).get("d" + i).get("base"));
    }

    assertEquals(100, bases.size());
  }

  @Test
  void everyConflict_isToldAtOnce_withJarsRangesAndDifferentFreePlaces() {
    plan.reserve("RAM", FixedResource.addresses(0, 0x4000_0000));

    assertEquals(
        List.of(
            "device b (b.jar) wants ports 0x3f8-0x3ff, but device a (a.jar) has ports 0x3f8-0x3ff."
                + " Give b base=0x400, which is free.",
            "device b (b.jar) wants GSI 4, but device a (a.jar) has GSI 4."
                + " Give b irq=5, which is free.",
            "device c (c.jar) wants ports 0x3fc-0x403, but device a (a.jar) has ports 0x3f8-0x3ff."
                + " Give c base=0x408, which is free.",
            "device c (c.jar) wants ports 0x3fc-0x403, but device b (b.jar) has ports 0x3f8-0x3ff."
                + " Give c base=0x408, which is free.",
            "device c (c.jar) wants addresses 0x1000-0x27ff, but RAM has addresses 0x0-0x3fffffff."
                + " Give c window=0xd0000000, which is free."),
        conflicts(
            request("a", Map.of(), COM1, IRQ),
            request("b", Map.of(), COM1, IRQ),
            request("c", Map.of("base", "0x3fc", "window", "0x1000"), COM1, WINDOW)));
  }

  @Test
  void whoCannotMove_isNotAskedTo() {
    FixedResource keyboard = FixedResource.ports(0x60, 1);
    ResourceRequest fixed =
        new ResourceRequest("i8042", "built in", provider(List.of(keyboard)), Map.of());
    ResourceRequest twin =
        new ResourceRequest("i8042-2", "my.jar", provider(List.of(keyboard)), Map.of());
    ResourceRequest movable = request("serial", Map.of("base", "0x60"), COM1);

    assertEquals(
        List.of(
            "device i8042 (built in) wants ports 0x60-0x60, but device serial (serial.jar) has ports"
                + " 0x60-0x67. Give serial base=0x68, which is free.",
            "device i8042-2 (my.jar) wants ports 0x60-0x60, but device serial (serial.jar) has ports"
                + " 0x60-0x67. Give serial base=0x68, which is free.",
            "device i8042-2 (my.jar) wants ports 0x60-0x60, but device i8042 (built in) has ports"
                + " 0x60-0x60. Leave one of the two out."),
        conflicts(movable, fixed, twin));
  }

  @Test
  void interrupts_areShared_onlyIfBothSay() {
    plan.place(List.of(request("a", Map.of(), SHARED), request("b", Map.of(), SHARED)));

    assertEquals(2, conflicts(request("c", Map.of(), IRQ)).size(), "both sharers have it already");
  }

  @Test
  void noFreePlace_isTold() {
    plan.reserve("all", FixedResource.ports(0x1000, 0xf000));

    assertEquals(
        List.of("device a (a.jar) wants 6 ports anywhere, but none is free. Leave out a device."),
        conflicts(request("a", Map.of(), ANY_PORTS)));
  }

  @Test
  void aWindowLargerThanTheSpace_isTold() {
    DeviceOption<Long> huge =
        DeviceOption.addresses("window", 1L << 40, DeviceOption.ANY, "registers");

    assertEquals(1, conflicts(request("a", Map.of(), huge)).size());
  }

  @Test
  void anyWhereItMeansNothing_isRefusedAsABadValue() {
    DeviceOption<Integer> size = DeviceOption.number("size", 1, 9, 1, "how many");

    assertThrows(
        DeviceConfigurationException.class, () -> request("a", Map.of("size", "any"), size));
  }

  @Test
  void badValuesAndUnknownNames_areRefused_withAdvice() {
    assertEquals(
        "Device a: option base=0xfffd is not valid: use a number in 0x0..0xfff8, or any.",
        assertThrows(
                DeviceConfigurationException.class,
                () -> request("a", Map.of("base", "0xfffd"), COM1))
            .getMessage());
    assertEquals(
        "Device a has no option 'bse'. Did you mean 'base'? Options: base.",
        assertThrows(
                DeviceConfigurationException.class, () -> request("a", Map.of("bse", "1"), COM1))
            .getMessage());
    assertEquals(
        "Device a: option window=-1 is not valid: use an address from 0x0 to 0xffffffffffffe800,"
            + " or any.",
        assertThrows(
                DeviceConfigurationException.class,
                () -> request("a", Map.of("window", "-1"), WINDOW))
            .getMessage());
  }

  @Test
  void theLastAddresses_canBeHad_andConflict() {
    plan.reserve("BIOS", FixedResource.addresses(-0x1000, 0x1000));

    assertEquals(1, conflicts(request("a", Map.of("window", "0xffffffffffffe800"), WINDOW)).size());
  }

  @Test
  void placedAgain_aDeviceKeepsWhatItHad_andMayHaveMore() {
    plan.place(List.of(request("a", Map.of(), ANY_PORTS), request("b", Map.of(), ANY_PORTS)));

    Map<String, String> texts =
        plan.placeAgain(request("a", Map.of("base", "0x1000"), ANY_PORTS, ANY_IRQ));

    assertEquals(Map.of("base", "0x1000", "irq", "5"), texts);
  }

  @Test
  void placedAgainWhereAnotherIs_isRefused_andThePlanIsAsBefore() {
    plan.place(List.of(request("a", Map.of(), COM1), request("b", Map.of(), ANY_PORTS)));

    assertThrows(
        DeviceConflictException.class,
        () -> plan.placeAgain(request("a", Map.of("base", "0x1000"), COM1)));

    assertEquals(
        List.of(
            "device c (c.jar) wants ports 0x3f8-0x3ff, but device a (a.jar) has ports 0x3f8-0x3ff."
                + " Give c base=0x400, which is free."),
        conflicts(request("c", Map.of(), COM1)));
  }

  @Test
  void placedAgainWithLess_aDeviceLeavesTheRestToOthers() {
    plan.place(List.of(request("a", Map.of(), COM1, IRQ)));

    plan.placeAgain(request("a", Map.of(), COM1));

    assertEquals(
        Map.of("b", Map.of()), plan.place(List.of(request("b", Map.of(), IRQ))), "the GSI is free");
  }

  /** An option that its author has not made by a factory method. */
  @Test
  void aPlaceThatIsNoNumber_orOutOfItsSpace_isRefusedWithTheOptionsName() {
    DeviceOption<String> text =
        new DeviceOption<>("base", "port", "here", "ports", t -> t, Optional.of(Resource.ports(1)));
    DeviceOption<Integer> high =
        new DeviceOption<>(
            "base", "port", "65535", "ports", Integer::valueOf, Optional.of(Resource.ports(8)));

    for (DeviceOption<?> option : List.of(text, high)) {
      String message =
          assertThrows(
                  DeviceConfigurationException.class,
                  () -> plan.place(List.of(request("odd", Map.of(), option))))
              .getMessage();
      assertTrue(message.startsWith("Device odd: option base"), message);
    }
  }
}
