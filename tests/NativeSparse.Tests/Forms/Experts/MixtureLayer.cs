using NativeSparse.Kernels;
using NativeSparse.Tests.Forms.Experts.Converters;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts;

/// <summary>One mixture layer read from reference vectors by the names of its model family.</summary>
internal sealed unsafe class MixtureLayer
{
    private readonly string _paper;
    private readonly GoldenCase _golden;
    private readonly string _input;
    private readonly string _router;
    private readonly int _experts;
    private readonly int _active;
    private readonly RoutingOptions _options;
    private readonly float _scale;

    public MixtureLayer(string paper, GoldenCase golden)
    {
        _paper = paper;
        _golden = golden;
        _input = paper == "clip-moe" ? "ln_2_out" : "x";
        _router = paper == "switch" ? "router.classifier" : "gate";
        _experts = Integer("N");
        _active = paper == "switch" ? 1 : Integer("k");
        _scale = paper.StartsWith("deepseek", StringComparison.Ordinal) ? Number("routed_scaling_factor") : 1;
        var isNormalized = golden.Settings.TryGetProperty("norm_topk_prob", out var norm) && norm.GetBoolean();
        _options = new RoutingOptions
        {
            K = _active,
            Weights = paper switch
            {
                "mixtral" or "clip-moe" => RoutingWeights.SoftmaxRenormalized,
                "deepseek-v3" => isNormalized ? RoutingWeights.SigmoidRenormalized : RoutingWeights.Sigmoid,
                "olmoe" or "qwen2-moe" when isNormalized => RoutingWeights.SoftmaxRenormalized,
                _ => RoutingWeights.Softmax,
            },
        };
        if (paper == "switch")
        {
            _options = _options with { Capacity = Integer("capacity"), SequenceLength = Integer("T") };
        }
        else if (paper == "deepseek-v3" || (paper == "deepseek-v2" && Text("topk_method") == "group_limited_greedy"))
        {
            _options = _options with
            {
                Groups = Integer("n_group"),
                ActiveGroups = Integer("topk_group"),
                GroupScore = paper == "deepseek-v3" ? RoutingGroupScore.TwoHighest : RoutingGroupScore.Highest,
                Score = paper == "deepseek-v3" ? RoutingScore.Sigmoid : RoutingScore.Raw,
            };
        }
    }

    public void Check(Backend backend)
    {
        var (tokens, d) = (_golden.Shape(_input)[0], _golden.Shape(_input)[1]);
        using var memory = new Scratch();
        using var scratch = new Scratch();
        var execution = new Execution(SerialSplitter.Instance, scratch);
        var x = Place(memory, _golden.Floats(_input), tokens);
        var y = Place(memory, new float[tokens * d], tokens);
        var scores = memory.Rent(tokens, _experts);
        using var router = Pack(backend, _router + ".weight");
        backend.Dense.Run(execution, x, router, new Epilogue { Bias = Row(memory, _router + ".bias") }, scores);

        var options = _options with { Bias = Row(memory, "gate.e_score_correction_bias") };
        var routing = Routing.Rent(memory, tokens, _active);
        backend.Routing.Run(execution, scores, options, routing);
        CheckChoice(routing, tokens);

        using var experts = backend.Experts.Pack(ReadExperts(), Precision.Float32);
        backend.Experts.Run(execution, x, routing, experts, _scale, y);
        AddShared(backend, execution, memory, x, y);
        Closeness.Check(
            _golden.Floats(_paper == "clip-moe" ? "moe_out" : "y"),
            new ReadOnlySpan<float>((float*)y.Address, tokens * d).ToArray().Select(value => (double)value).ToArray(),
            backend.Name);
    }

    private void CheckChoice(in Routing routing, int tokens)
    {
        var counts = (int*)routing.Counts.Address;
        var width = routing.Experts.Stride;
        for (var t = 0; t < tokens; t++)
        {
            var chosen = new ReadOnlySpan<int>((int*)routing.Experts.Address + (t * width), counts[t]).ToArray();
            int[] expected = _paper == "switch"
                ? _golden.Integers("kept")[t] == 0 ? [] : [_golden.Integers("expert")[t]]
                : [.. _golden.Integers("topk_idx").AsSpan(t * _active, _active).ToArray().Order()];
            Assert.Equal(expected, chosen);
            for (var i = 0; i < chosen.Length; i++)
            {
                var weight = ((float*)routing.Weights.Address)[(t * routing.Weights.Stride) + i] * _scale;
                Assert.Equal(_golden.Floats("route_dense")[(t * _experts) + chosen[i]], weight, 1e-5f);
            }
        }
    }

    private ExpertWeights ReadExperts()
    {
        var (up, gate, down) = Names();
        var d = _golden.Shape(_input)[1];
        var width = _golden.Shape(Expert(0, up) + ".weight")[0];
        return new ExpertWeights
        {
            Experts = _experts,
            InputWidth = d,
            ExpertWidth = width,
            OutputWidth = d,
            Activation = new Activation(_paper switch
            {
                "switch" when Text("act") == "relu" => ActivationKind.Relu,
                "switch" => ActivationKind.GeluTanh,
                "clip-moe" => ActivationKind.QuickGelu,
                _ => ActivationKind.Silu,
            }),
            Up = All(up + ".weight"),
            UpBias = Biases(up + ".bias"),
            Gate = gate is null ? default : All(gate + ".weight"),
            Down = All(down + ".weight"),
            ExpertBias = Biases(down + ".bias"),
        };
    }

    /// <summary>An expert that every token uses, behind a scalar gate in Qwen2.</summary>
    private void AddShared(Backend backend, in Execution execution, Scratch memory, View x, View y)
    {
        var shared = _paper switch { "qwen2-moe" => "shared_expert", "deepseek-v2" or "deepseek-v3" => "shared_experts", _ => null };
        if (shared is null)
        {
            return;
        }

        using var up = Pack(backend, $"{shared}.up_proj.weight");
        using var gate = Pack(backend, $"{shared}.gate_proj.weight");
        using var down = Pack(backend, $"{shared}.down_proj.weight");
        var own = memory.Rent(x.Rows, y.Columns);
        backend.Dense.RunFeedForward(
            execution, x, new FeedForwardMatrices { Up = up, Gate = gate, Down = down, Activation = new Activation(ActivationKind.Silu) }, own);
        var factors = memory.Rent(x.Rows, 1);
        new Span<float>((float*)factors.Address, x.Rows).Fill(1);
        if (_paper == "qwen2-moe")
        {
            using var scalar = Pack(backend, "shared_expert_gate.weight");
            backend.Dense.Run(execution, x, scalar, new Epilogue { Activation = new Activation(ActivationKind.Sigmoid) }, factors);
        }

        for (var i = 0; i < x.Rows * y.Columns; i++)
        {
            ((float*)y.Address)[i] += ((float*)factors.Address)[i / y.Columns] * ((float*)own.Address)[i];
        }
    }

    private (string Up, string? Gate, string Down) Names() => _paper switch
    {
        "mixtral" => ("w3", "w1", "w2"),
        "switch" => ("wi", null, "wo"),
        "clip-moe" => ("c_fc", null, "c_proj"),
        _ => ("up_proj", "gate_proj", "down_proj"),
    };

    private string Expert(int expert, string part) => _paper == "switch" ? $"experts.expert_{expert}.{part}" : $"experts.{expert}.{part}";

    private float[] All(string part) => [.. Enumerable.Range(0, _experts).SelectMany(e => _golden.Linear(Expert(e, part)))];

    private float[] Biases(string part) =>
        _golden.Has(Expert(0, part)) ? [.. Enumerable.Range(0, _experts).SelectMany(e => _golden.Floats(Expert(e, part)))] : [];

    private PackedMatrix Pack(Backend backend, string name) =>
        backend.Dense.Pack(_golden.Linear(name), _golden.Shape(name)[1], _golden.Shape(name)[0], Precision.Float32);

    private View Row(Scratch memory, string name) => _golden.Has(name) ? Place(memory, _golden.Floats(name), 1) : default;

    private static View Place(Scratch memory, float[] values, int rows)
    {
        var view = memory.Rent(rows, values.Length / rows);
        values.CopyTo(new Span<float>((float*)view.Address, values.Length));
        return view;
    }

    private int Integer(string setting) => _golden.Settings.GetProperty(setting).GetInt32();

    private float Number(string setting) => _golden.Settings.GetProperty(setting).GetSingle();

    private string Text(string setting) => _golden.Settings.GetProperty(setting).GetString()!;
}
