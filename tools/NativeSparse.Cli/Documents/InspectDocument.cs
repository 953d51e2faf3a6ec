using System.Text.Json;

namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>inspect</c>.</summary>
/// <param name="Model">The file.</param>
/// <param name="Sites">Its feed-forward sites: dense ones, and the form nodes of a converted file.</param>
/// <param name="Linears">Its other linears.</param>
/// <param name="Skipped">What looks like a site and was not taken.</param>
/// <param name="Plan">The plan that a converted file carries, as it is stored.</param>
/// <param name="Report">The report that a converted file carries, as it is stored.</param>
internal sealed record InspectDocument(
    ModelFacts Model,
    IReadOnlyList<SiteFacts> Sites,
    IReadOnlyList<LinearFacts> Linears,
    IReadOnlyList<SkippedFacts> Skipped,
    JsonElement? Plan,
    JsonElement? Report);
