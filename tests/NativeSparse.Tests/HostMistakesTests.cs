using System.Numerics.Tensors;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Calibration;
using NativeSparse.Conversion;
using NativeSparse.Onnx;
using NativeSparse.Onnx.Protobuf;
using NativeSparse.Session;
using NativeSparse.Tests.Models;
using Xunit;
using SitePlan = NativeSparse.Conversion.SitePlan;

namespace NativeSparse.Tests;

/// <summary>What a host may get wrong has a typed error.</summary>
public sealed class HostMistakesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nativesparse-tests-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(SparseOptions.MaxThreads + 1)]
    public void Thread_counts_are_checked(int threads) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseOptions { Threads = threads });

    [Fact]
    public void Null_in_options_and_plans_is_refused_where_it_is_set()
    {
        Assert.Throws<ArgumentNullException>(() => new SparseOptions { CustomOpLibraries = null! });
        Assert.Contains("CustomOpLibraries[1]", Assert.Throws<ArgumentException>(() => new SparseOptions { CustomOpLibraries = ["a", null!] }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new SitePlan { Name = null!, Form = "dense" });
        Assert.Throws<ArgumentNullException>(() => new SitePlan { Name = "a", Form = null! });
        Assert.Throws<ArgumentException>(() => new ConversionPlan { Sites = [null!] });
        Assert.Throws<ArgumentNullException>(() => new ConversionPlan { DefaultForm = null! });
        Assert.Throws<ArgumentNullException>(() => new ConversionPlan { DefaultPrecision = null! });
    }

    [Fact]
    public void Disposed_session_options_are_refused()
    {
        var options = new SessionOptions();
        options.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SparseEngine.Load(Novella.Path, new SparseOptions { SessionOptions = options }, Token));
        Assert.Throws<ObjectDisposedException>(() => SparseEngine.Load(
            Novella.Path, new SparseOptions { SessionOptions = options, Plan = ConversionPlan.ForEverySite("dense") }, Token));
    }

    [Fact]
    public void An_input_of_another_type_is_named_with_both_types()
    {
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Threads = 1 }, Token);
        var inputs = Novella.Inputs(1, 4);
        inputs["input_ids"] = Tensor.Create(new float[4], [1, 4]);
        var exception = Assert.Throws<ArgumentException>(() => engine.Run(inputs, Token));
        Assert.Contains("input 'input_ids' holds Float values, the model wants Int64", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_null_is_named()
    {
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Threads = 1 }, Token);
        var inputs = new OrtValue[engine.InputNames.Count];
        var outputs = new OrtValue[engine.OutputNames.Count];
        var exception = Assert.Throws<ArgumentException>(() => engine.Run(inputs, outputs, Token));
        Assert.Contains($"the input '{engine.InputNames[0]}' is null", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_disposed_is_named()
    {
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Threads = 1 }, Token);
        var value = OrtValue.CreateTensorValueFromMemory(new float[4], [1, 4]);
        value.Dispose();
        var inputs = Enumerable.Repeat(value, engine.InputNames.Count).ToArray();
        var outputs = Enumerable.Repeat(value, engine.OutputNames.Count).ToArray();
        var exception = Assert.Throws<ObjectDisposedException>(() => engine.Run(inputs, outputs, Token));
        Assert.Contains($"The input '{engine.InputNames[0]}' is disposed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calibration_data_are_checked_where_they_are_set()
    {
        Assert.Throws<ArgumentNullException>(() => new CalibrationData { Batches = null! });
        Assert.Throws<ArgumentNullException>(() => new CalibrationData { Batches = [], HeldOut = null! });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CalibrationData { Batches = [], MaxTokens = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CalibrationData { Batches = [], MaxHeldOutTokens = -1 });
    }

    [Fact]
    public void Outputs_that_are_finite_before_conversion_alone_are_refused()
    {
        using var dense = Open("Identity");
        using var converted = Open("Reciprocal");
        var batch = new Dictionary<string, IReadOnlyTensor> { ["x"] = Tensor.Create([0f, 1f], [1, 2]) };
        var exception = Assert.Throws<ConversionException>(() => ModelComparison.Compare(dense, converted, [batch], Token));
        Assert.Contains("output 'y' has the value Infinity at 0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_report_does_not_keep_a_model_from_loading()
    {
        var file = Path.Combine(_folder.FullName, "out.onnx");
        ModelConverter.Convert(Novella.Path, file, ConversionPlan.ForEverySite("dense"), cancellation: Token);
        var damaged = Path.Combine(_folder.FullName, "damaged.onnx");
        var model = OnnxModel.Load(file);
        model.Metadata[EngineLoader.ReportKey] = "{\"sites\": 7";
        model.Save(damaged);

        using var engine = SparseEngine.Load(damaged, new SparseOptions { Threads = 1 }, Token);
        Assert.Null(engine.Info.Report);
        Assert.Contains("is damaged and was left out", Assert.Single(engine.Info.Reasons), StringComparison.Ordinal);
    }

    private static ModelSession Open(string opType)
    {
        var graph = new GraphProto { Name = opType };
        graph.Node.Add(new NodeProto { Name = "n", OpType = opType, Input = { "x" }, Output = { "y" } });
        graph.Input.Add(Value("x"));
        graph.Output.Add(Value("y"));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        return ModelSession.Open(new ModelSource(null, model.ToByteArray(), null), new SparseOptions { Threads = 1 });
    }

    private static ValueInfoProto Value(string name) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = new TensorShapeProto
                {
                    Dim = { new TensorShapeProto.Types.Dimension { DimValue = 1 }, new TensorShapeProto.Types.Dimension { DimValue = 2 } },
                },
            },
        },
    };
}
