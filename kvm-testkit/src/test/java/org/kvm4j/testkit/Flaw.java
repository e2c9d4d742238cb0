package org.kvm4j.testkit;

/** A mistake that a device may make, and the clause of the contract that must find it. */
enum Flaw {
  WRONG_API_VERSION("provider_describesItself"),
  TYPE_WITH_CAPITALS("provider_describesItself"),
  OPTION_TWICE("provider_describesItself"),
  NOT_LISTED("provider_isListedForBothPaths"),
  RANGES_OVERLAP("ranges_areLegal_andTheirEdgesAnswer"),
  OCCUPIES_MORE_THAN_IT_SAYS("resources_areDeclared"),
  SHARED_BY_ALL("creatingTwice_yieldsIndependentDevices"),
  RESET_FORGETS_REGISTER("reset_equalsNew"),
  RESET_LEAVES_TIMER_ARMED("reset_equalsNew"),
  RESET_LEAVES_LINE_HIGH("reset_lowersLines"),
  SAVE_FORGETS_REGISTER("restoredDevice_equalsSavedOne"),
  RESTORE_FORGETS_LINE("restoredDevice_equalsSavedOne"),
  RESTORE_FORGETS_TIMER("restoredDevice_equalsSavedOne"),
  RESTORE_SETS_BEFORE_CHECKING("restoringDamagedState_isRefusedWhole_orHarmless"),
  RESTORE_THROWS_ANYTHING("restoringDamagedState_isRefusedWhole_orHarmless"),
  RESTORE_CHECKS_NOTHING("restoringDamagedState_isRefusedWhole_orHarmless"),
  THROWS_ON_A_VALUE("hostileAccesses_neitherThrow_norGrowState"),
  GROWS_WITH_EVERY_WRITE("hostileAccesses_neitherThrow_norGrowState"),
  LOGS_EVERY_ACCESS("hostileAccesses_neitherThrow_norGrowState"),
  REARMS_FOR_NOW("hostileAccesses_neitherThrow_norGrowState"),
  ONE_THREAD_ONLY("twoThreads_doNotBreakIt"),
  LEAVES_A_THREAD("device_ownsNoThread"),
  OWNS_A_THREAD_UNTIL_CLOSED("device_ownsNoThread"),
  THROWS_WHEN_CLOSED_TWICE("closing_isIdempotent_andFinal");

  private final String caughtBy;

  Flaw(String caughtBy) {
    this.caughtBy = caughtBy;
  }

  /** The name of the method of {@link DeviceContract}. */
  String caughtBy() {
    return caughtBy;
  }
}
