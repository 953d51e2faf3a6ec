using System.Text.Json.Nodes;

namespace NativeSparse.Tests.Forms.Experts;

public sealed class ContiguousExpertsFormTests() : FormContractTests(
    "experts",
    "contiguous",
    () => new JsonObject { ["experts"] = 11, ["active"] = 1.0 },
    () => new JsonObject { ["experts"] = 6, ["active"] = 0.5 });
