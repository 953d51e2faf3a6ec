using NativeSparse.Kernels;

namespace NativeSparse.Forms.Experts;

/// <summary>Experts ready to run: router product, choice of experts, constant and score paths, grouped experts.</summary>
internal sealed class ExpertsFeedForward : FeedForward
{
    private readonly Backend _backend;
    private readonly RoutingOptions _options;
    private readonly int _capacity;
    private readonly float _scale;
    private readonly PackedMatrix _router;
    private readonly PackedExperts _experts;
    private readonly ExpertPaths? _paths;
    private readonly ConstantRow _routerBias;
    private readonly ConstantRow _downBias;

    public ExpertsFeedForward(ExpertsParameters parameters, Backend backend)
    {
        _backend = backend;
        InputWidth = parameters.InputWidth;
        OutputWidth = parameters.OutputWidth;
        _scale = parameters.Scale;
        _options = new RoutingOptions
        {
            Selection = parameters.Selection,
            K = parameters.K,
            Threshold = parameters.Threshold,
            Weights = parameters.Weights,
        };
        _capacity = parameters.Selection == RoutingSelection.TopK ? parameters.K : parameters.Experts;
        _router = backend.Dense.Pack(parameters.Router, parameters.InputWidth, parameters.Experts, Precision.Float32);
        _routerBias = new ConstantRow(parameters.RouterBias);
        _downBias = new ConstantRow(parameters.DownBias);

        // The dispatch adds an expert's bias for free where it is neither scaled nor weighted.
        var foldBias = parameters is { Scale: 1, Weights: RoutingWeights.None };
        _paths = ExpertPaths.Create(parameters, includeExpertBias: !foldBias, backend);
        var bias = foldBias ? parameters.ExpertBias : null;
        _experts = parameters switch
        {
            { Integers: not null } => backend.Experts.Pack(parameters.ToIntegers(bias)),
            { Nibbles: not null } => backend.Experts.Pack(parameters.ToNibbles(bias)),
            _ => backend.Experts.Pack(parameters.ToWeights(bias), parameters.Precision),
        };
    }

    /// <inheritdoc/>
    public override int InputWidth { get; }

    /// <inheritdoc/>
    public override int OutputWidth { get; }

    /// <inheritdoc/>
    public override Precision Precision => _experts.Precision;

    /// <inheritdoc/>
    public override string Version => _experts.Version;

    /// <inheritdoc/>
    public override long ByteCount =>
        _router.ByteCount + _experts.ByteCount + (_paths?.ByteCount ?? 0) + _routerBias.ByteCount + _downBias.ByteCount;

    /// <inheritdoc/>
    public override void Run(in Execution execution, View x, View y)
    {
        using var scope = execution.Scratch.Enter();
        var scores = execution.Scratch.Rent(x.Rows, _router.OutputWidth);
        _backend.Dense.Run(execution, x, _router, new Epilogue { Bias = _routerBias.View }, scores);
        var routing = Routing.Rent(execution.Scratch, x.Rows, _capacity);
        _backend.Routing.Run(execution, scores, _options, routing);
        if (_paths is not null)
        {
            _paths.Run(execution, scores, routing, _downBias.View, y);
        }
        else
        {
            _backend.Fill(_downBias.View, y);
        }

        _backend.Experts.Run(execution, x, routing, _experts, _scale, y);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _router.Dispose();
        _experts.Dispose();
        _paths?.Dispose();
        _routerBias.Dispose();
        _downBias.Dispose();
    }
}
