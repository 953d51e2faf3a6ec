using System.Text.Json.Nodes;

namespace NativeSparse.Tests.Forms.Experts;

/// <summary>Dynamic-DINO's loss-less setting is its own start, not all experts on.</summary>
public sealed class TiedCopiesFormTests() : FormContractTests(
    "experts",
    "dynamic-dino",
    () => new JsonObject { ["copies"] = 3, ["granularity"] = 4 },
    () => new JsonObject { ["copies"] = 2, ["granularity"] = 2 });
