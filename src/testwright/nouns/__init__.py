"""The nouns that travel between the stages: frozen data, one producer each."""

from testwright.nouns.candidate import Candidate
from testwright.nouns.coverage import (
    BranchPoint,
    CoverageEvidence,
    Effort,
    FileCoverage,
    FunctionCoverage,
    MissingBranch,
    ModuleCoverage,
    percentage,
)
from testwright.nouns.edit import Edit
from testwright.nouns.evidence import Dependence, Evidence, RunResult
from testwright.nouns.existing_tests import ExistingTests, MutantKey, ProjectFixture, Style
from testwright.nouns.gap import Gap
from testwright.nouns.mutant import Mutant, MutantVerdict, Survivor
from testwright.nouns.observation import Observation
from testwright.nouns.plan_task import PlanFunction, PlanModule, PlanTask
from testwright.nouns.property_test import PropertyEvidence, PropertyTest, PropertyTrial
from testwright.nouns.suite_finding import SuiteFinding, SuiteOrder
from testwright.nouns.suspicion import Suspicion
from testwright.nouns.target import Target
from testwright.nouns.trace import Span, Trace
from testwright.nouns.verdict import Proof, Verdict
from testwright.nouns.written_candidate import WrittenCandidate
from testwright.nouns.written_test import Patch, Place, WrittenTest

__all__ = [
    "BranchPoint",
    "Candidate",
    "CoverageEvidence",
    "Dependence",
    "Edit",
    "Effort",
    "Evidence",
    "ExistingTests",
    "FileCoverage",
    "FunctionCoverage",
    "Gap",
    "MissingBranch",
    "ModuleCoverage",
    "Mutant",
    "MutantKey",
    "MutantVerdict",
    "Observation",
    "Patch",
    "Place",
    "PlanFunction",
    "PlanModule",
    "PlanTask",
    "ProjectFixture",
    "Proof",
    "PropertyEvidence",
    "PropertyTest",
    "PropertyTrial",
    "RunResult",
    "Style",
    "Span",
    "SuiteFinding",
    "SuiteOrder",
    "Survivor",
    "Suspicion",
    "Target",
    "Trace",
    "Verdict",
    "WrittenCandidate",
    "WrittenTest",
    "percentage",
]
