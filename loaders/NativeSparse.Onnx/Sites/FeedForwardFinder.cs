namespace NativeSparse.Onnx;

/// <summary>
/// Finds feed-forward networks by what they compute: from each linear back through elementwise operators to one linear (plain) or two that read
/// the same value (gated); then the function between them is evaluated and compared with the known activations.
/// </summary>
internal sealed class FeedForwardFinder
{
    private readonly GraphIndex _index;
    private readonly TensorReader _tensors;
    private readonly SiteNames _names = new();
    private readonly HashSet<GraphNode> _taken = [];
    private readonly List<SkippedLinears> _skipped = [];

    private FeedForwardFinder(GraphIndex index, TensorReader tensors)
    {
        _index = index;
        _tensors = tensors;
        Linears = new LinearTable(index);
    }

    private LinearTable Linears { get; }

    /// <summary>Finds the networks of an index with shapes, and the linears outside them.</summary>
    /// <exception cref="ModelFormatException">A constant cannot be read.</exception>
    internal static (FeedForwardSearch Search, IReadOnlyList<LinearSite> Others) Find(GraphIndex index, TensorReader tensors)
    {
        var finder = new FeedForwardFinder(index, tensors);
        var sites = new List<FeedForwardSite>();
        foreach (var down in finder.Linears.All)
        {
            if (finder.TryMake(down) is { } site)
            {
                sites.Add(site);
            }
        }

        var others = LinearGroups.Of(finder.Linears.All.Where(l => !finder._taken.Contains(l.Node)), finder.Linears, finder._names, tensors);
        return (new FeedForwardSearch(sites, finder._skipped), others);
    }

    /// <summary>All linears of an index with shapes, those of the networks too.</summary>
    /// <exception cref="ModelFormatException">A constant cannot be read.</exception>
    internal static IReadOnlyList<LinearSite> FindLinears(GraphIndex index, TensorReader tensors)
    {
        var linears = new LinearTable(index);
        return LinearGroups.Of(linears.All, linears, new SiteNames(), tensors);
    }

    private FeedForwardSite? TryMake(Linear down)
    {
        var region = Region.Walk(down, Linears);
        if (region.Sources.Count == 0 || !(region.HasFunction || HasQuantizer(region)))
        {
            return null;
        }

        if (region.Blocker is not null && !region.EndsInLinears)
        {
            var unread = region.Sources.Append(down).FirstOrDefault(l => l.Refusal is not null);
            return unread is not null && region.Sources.Count <= 2 && region.HasActivation ? Skip(region, down, unread.Refusal!) : null;
        }

        if (region.Blocker is not null)
        {
            return region.Sources.Count <= 2 && region.HasActivation ? Skip(region, down, region.Blocker) : null;
        }

        var reading = RegionReading.Read(region, down, Linears, _tensors, scalarBiases: false);
        var candidate = FeedForwardCandidate.Create(region, reading, down, Linears);
        if (candidate.Reason is not null && reading.Variables.Any(v => v.Linear.Output.Consumers.Exists(c => c.Operator == "Add")))
        {
            var again = RegionReading.Read(region, down, Linears, _tensors, scalarBiases: true);
            var second = FeedForwardCandidate.Create(region, again, down, Linears);
            candidate = second.Reason is null ? second : candidate;
        }

        if (candidate.Reason is null && candidate.LinearNodes.FirstOrDefault(_taken.Contains) is { } shared)
        {
            return Skip(region, down, $"'{shared.Name}' belongs to the network before it already");
        }

        if (candidate.Reason is not null)
        {
            return region.HasFunction ? Skip(region, down, candidate.Reason) : null;
        }

        _taken.UnionWith(candidate.LinearNodes);
        return SiteMaker.Make(candidate, _names, _tensors);
    }

    private static bool HasQuantizer(Region region) => region.Nodes.Any(Quantization.IsHalf);

    private FeedForwardSite? Skip(Region region, Linear down, string reason)
    {
        _skipped.Add(new SkippedLinears([.. region.Sources.Select(s => s.Node.Name), down.Node.Name], reason));
        return null;
    }
}
