using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Linears;
using NativeSparse.Onnx;

namespace NativeSparse.Session;

/// <summary>One ONNX Runtime session with our operators in it. Owns the session, its forms and the native names. Runs are thread-safe.</summary>
internal sealed unsafe class ModelSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly CustomOpDomain? _domain;
    private readonly SessionModel? _model;
    private readonly RunOptions _plainRun = new();
    private readonly nint[] _inputNames;
    private readonly nint[] _outputNames;
    private readonly RunGate _gate = new();

    private ModelSession(InferenceSession session, CustomOpDomain? domain, FormTable? forms, SessionModel? model)
    {
        _session = session;
        _domain = domain;
        _model = model;
        Forms = forms;
        _inputNames = [.. session.InputNames.Select(Marshal.StringToCoTaskMemUTF8)];
        _outputNames = [.. session.OutputNames.Select(Marshal.StringToCoTaskMemUTF8)];
    }

    /// <summary>The forms, or null when the whole model runs in ONNX Runtime.</summary>
    public FormTable? Forms { get; }

    /// <summary>Inputs in the model's order.</summary>
    public IReadOnlyList<string> InputNames => _session.InputNames;

    /// <summary>Outputs in the model's order.</summary>
    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>Types and shapes of the inputs.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata => _session.InputMetadata;

    /// <summary>Types and shapes of the outputs.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => _session.OutputMetadata;

    /// <summary>A session on the model as it is.</summary>
    public static ModelSession Open(ModelSource source, SparseOptions options)
    {
        using var sessionOptions = CreateOptions(options);
        if (source.Path is not null)
        {
            return new ModelSession(new InferenceSession(source.Path, sessionOptions), null, null, null);
        }

        SetFolder(sessionOptions, source.Folder);
        return new ModelSession(new InferenceSession(source.Bytes.ToArray(), sessionOptions), null, null, null);
    }

    /// <summary>A session on a rewritten model whose form nodes name their sites. Owns the forms from here on, also when it fails.</summary>
    /// <param name="model">The rewritten model.</param>
    /// <param name="forms">The form of each site.</param>
    /// <param name="options">Threads, the host's options, libraries.</param>
    /// <param name="spinning">Whether idle pool threads wait busily: right for short runs, wasted where much else happens between the nodes.</param>
    public static ModelSession Open(
        OnnxModel model, IReadOnlyDictionary<string, NodeOperator> forms, SparseOptions options, bool spinning = true)
    {
        var table = new FormTable(forms, ThreadCount(options));
        CustomOpDomain? domain = null;
        SessionModel? serialized = null;
        try
        {
            using var sessionOptions = CreateOptions(options);
            domain = new CustomOpDomain(table, [.. FormRegistry.Forms.Select(form => form.OpType), LinearNode.OpType]);
            domain.AddTo(sessionOptions);
            if (!spinning)
            {
                sessionOptions.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            }

            serialized = model.ToSession();
            SetFolder(sessionOptions, serialized.Folder);
            return new ModelSession(DomainRegistration.CreateSession(serialized.Bytes, sessionOptions), domain, table, serialized);
        }
        catch
        {
            serialized?.Dispose();
            domain?.Dispose();
            table.Dispose();
            throw;
        }
    }

    /// <summary>Threads of a session with these options.</summary>
    public static int ThreadCount(SparseOptions options)
    {
        var threads = options.SessionOptions is { } given ? OrtHandles.Living(given).IntraOpNumThreads : options.Threads ?? 0;
        return threads > 0 ? threads : Environment.ProcessorCount;
    }

    /// <summary>Runs on the caller's values; allocates nothing on the managed heap unless the token can be cancelled.</summary>
    public void Run(ReadOnlySpan<OrtValue> inputs, ReadOnlySpan<OrtValue> outputs, CancellationToken cancellation)
    {
        _gate.Enter();
        try
        {
            RunEntered(inputs, outputs, cancellation);
        }
        catch (OnnxRuntimeCallException failure) when (LossIn(failure) is { } loss)
        {
            ExceptionDispatchInfo.Throw(loss);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private void RunEntered(ReadOnlySpan<OrtValue> inputs, ReadOnlySpan<OrtValue> outputs, CancellationToken cancellation)
    {
        if (inputs.Length != _inputNames.Length || outputs.Length != _outputNames.Length)
        {
            throw new ArgumentException(
                $"expected {_inputNames.Length} inputs ({string.Join(", ", InputNames)}) and {_outputNames.Length} outputs "
                + $"({string.Join(", ", OutputNames)}), got {inputs.Length} and {outputs.Length}");
        }

        if (!cancellation.CanBeCanceled)
        {
            RunNative(inputs, outputs, _plainRun);
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        using var run = new RunOptions();
        using (cancellation.UnsafeRegister(static state => ((RunOptions)state!).Terminate = true, run))
        {
            try
            {
                RunNative(inputs, outputs, run);
            }
            catch (OnnxRuntimeCallException) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }
        }
    }

    /// <summary>Runs on named tensors.</summary>
    public Dictionary<string, ITensor> Run(IReadOnlyDictionary<string, IReadOnlyTensor> inputs, CancellationToken cancellation)
    {
        _gate.Enter();
        try
        {
            return RunEntered(inputs, cancellation);
        }
        catch (OnnxRuntimeException failure) when (LossIn(failure) is { } loss)
        {
            ExceptionDispatchInfo.Throw(loss);
            throw;
        }
        finally
        {
            _gate.Leave();
        }
    }

    private Dictionary<string, ITensor> RunEntered(IReadOnlyDictionary<string, IReadOnlyTensor> inputs, CancellationToken cancellation)
    {
        CheckNames(inputs);
        var values = new List<OrtValue>(InputNames.Count);
        using var run = new RunOptions();
        using var registration = cancellation.UnsafeRegister(static state => ((RunOptions)state!).Terminate = true, run);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var name in InputNames)
            {
                values.Add(TensorConversion.ToValue(name, inputs[name], InputMetadata[name]));
            }

            using var results = _session.Run(run, InputNames, values, OutputNames);
            var outputs = new Dictionary<string, ITensor>(results.Count);
            for (var i = 0; i < results.Count; i++)
            {
                outputs.Add(OutputNames[i], TensorConversion.ToTensor(OutputNames[i], results[i]));
            }

            return outputs;
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_gate.Close())
        {
            return;
        }

        _session.Dispose();
        _domain?.Dispose();
        Forms?.Dispose();
        _model?.Dispose();
        _plainRun.Dispose();
        foreach (var name in _inputNames.Concat(_outputNames))
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static SessionOptions CreateOptions(SparseOptions options)
    {
        var sessionOptions = options.SessionOptions is { } given ? OrtHandles.Clone(given) : new SessionOptions();
        if (options is { SessionOptions: null, Threads: { } threads })
        {
            sessionOptions.IntraOpNumThreads = threads;
        }

        foreach (var library in options.CustomOpLibraries)
        {
            sessionOptions.RegisterCustomOpLibrary(library);
        }

        return sessionOptions;
    }

    private static void SetFolder(SessionOptions options, string? folder)
    {
        if (folder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        }
    }

    private DeviceLostException? LossIn(Exception failure) =>
        Forms?.Loss is { } loss && failure.Message.Contains(loss.Message, StringComparison.Ordinal) ? loss : null;

    private void RunNative(ReadOnlySpan<OrtValue> inputs, ReadOnlySpan<OrtValue> outputs, RunOptions run)
    {
        var inputHandles = stackalloc nint[Math.Max(1, inputs.Length)];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputHandles[i] = OrtHandles.Handle(inputs[i], "input", InputNames[i]);
        }

        var outputHandles = stackalloc nint[Math.Max(1, outputs.Length)];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputHandles[i] = OrtHandles.Handle(outputs[i], "output", OutputNames[i]);
        }

        fixed (nint* inputNames = _inputNames)
        fixed (nint* outputNames = _outputNames)
        {
            OrtApi.Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)OrtApi.Function(OrtFunction.Run))(
                OrtHandles.Handle(_session),
                run.DangerousGetHandle(),
                inputNames,
                inputHandles,
                (nuint)inputs.Length,
                outputNames,
                (nuint)outputs.Length,
                outputHandles));
        }
    }

    private void CheckNames(IReadOnlyDictionary<string, IReadOnlyTensor> inputs)
    {
        var missing = InputNames.Where(name => inputs.GetValueOrDefault(name) is null).ToList();
        var unknown = inputs.Keys.Where(name => !InputMetadata.ContainsKey(name)).ToList();
        if (missing.Count == 0 && unknown.Count == 0)
        {
            return;
        }

        var known = InputNames.Select(name => $"{name} {InputMetadata[name].ElementDataType} [{string.Join(", ", Shape(InputMetadata[name]))}]");
        throw new ArgumentException(
            (missing.Count > 0 ? $"missing inputs: {string.Join(", ", missing)}. " : string.Empty)
            + (unknown.Count > 0 ? $"unknown inputs: {string.Join(", ", unknown)}. " : string.Empty)
            + $"The model's inputs: {string.Join("; ", known)}");
    }

    private static IEnumerable<string> Shape(NodeMetadata metadata) => metadata.Dimensions.Select((length, i) =>
        length >= 0 ? length.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : metadata.SymbolicDimensions[i] is { Length: > 0 } name ? name : "?");
}
