using NativeSparse.Kernels;
using NativeSparse.Linears;
using NativeSparse.Onnx;

namespace NativeSparse.Conversion;

/// <summary>Carries out what a plan says of the linears outside the networks.</summary>
internal sealed class LinearConversion
{
    private readonly List<LinearSite> _sites = [];
    private readonly List<LinearReport> _reports = [];
    private readonly Precision _precision;

    /// <summary>Checks the plan against the model before anything is computed.</summary>
    /// <exception cref="ConversionException">The plan does not fit.</exception>
    public LinearConversion(LinearPlan? plan, IReadOnlyList<LinearSite> linears, List<string> left)
    {
        if (plan is null)
        {
            return;
        }

        _precision = Precisions.Parse(plan.Precision);
        plan.CheckNames([.. linears.Select(linear => linear.Name)]);
        foreach (var linear in linears)
        {
            if (plan.Excepts(linear.Name))
            {
                left.Add($"linear '{linear.Name}' stays in ONNX Runtime: the plan excepts it");
            }
            else if (linear.Obstacle is { } obstacle)
            {
                left.Add($"linear '{linear.Name}' stays in ONNX Runtime: {obstacle}");
            }
            else
            {
                _sites.Add(linear);
            }
        }
    }

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<LinearReport> Reports => [.. _reports];

    /// <summary>Converts them in order, one at a time; the caller packs or writes each and lets it go.</summary>
    /// <exception cref="ConversionException">The precision cannot hold a weight.</exception>
    public IEnumerable<ConvertedLinear> Convert(CancellationToken cancellation)
    {
        foreach (var site in _sites)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new ConvertedLinear(site, Create(site), _precision);
        }
    }

    /// <summary>Notes packed linears for the report.</summary>
    public void Add(ConvertedLinear linear, long bytes) => _reports.Add(
        new LinearReport(linear.Site.Name, Precisions.Name(linear.Precision), linear.Site.InputWidth, linear.Site.OutputWidths, bytes)
        {
            Notes = Forms.RoundedWeights.VanishedNote(linear.Parameters.Matrices.Select(matrix => matrix.Int4)) is { } note ? [note] : [],
        });

    private LinearParameters Create(LinearSite site)
    {
        try
        {
            return LinearParameters.Create(site.ReadWeights(), _precision);
        }
        catch (ArgumentException exception) when (_precision != Precision.Float32)
        {
            throw new ConversionException(
                $"linear '{site.Name}' cannot be held at {Precisions.Name(_precision)}: {exception.Message}; except it in the plan (linears.except), or take float32",
                site.Name,
                LinearNode.FormName,
                exception);
        }
    }
}
