using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace NativeSparse.Onnx.Tests;

/// <summary>Runs a model in ONNX Runtime.</summary>
internal static class RuntimeModel
{
    /// <summary>The floating outputs, by name, as float64.</summary>
    public static Dictionary<string, double[]> Run(byte[] model, string? folder, SafetensorsFile inputs)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (folder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        }

        using var session = new InferenceSession(model, options);
        var values = new Dictionary<string, OrtValue>();
        foreach (var name in session.InputMetadata.Keys)
        {
            values.Add(name, Value(inputs.Tensor($"in.{name}")));
        }

        using var run = new RunOptions();
        using var results = session.Run(run, values, session.OutputNames);
        var outputs = new Dictionary<string, double[]>();
        for (var i = 0; i < session.OutputNames.Count; i++)
        {
            if (results[i].IsTensor && Doubles(results[i]) is { } numbers)
            {
                outputs.Add(session.OutputNames[i], numbers);
            }
        }

        foreach (var value in values.Values)
        {
            value.Dispose();
        }

        return outputs;
    }

    private static OrtValue Value((string Type, long[] Shape, byte[] Data) tensor)
    {
        var type = tensor.Type switch
        {
            "F32" => TensorElementType.Float,
            "F64" => TensorElementType.Double,
            "F16" => TensorElementType.Float16,
            "I64" => TensorElementType.Int64,
            "I32" => TensorElementType.Int32,
            "BOOL" => TensorElementType.Bool,
            _ => throw new NotSupportedException(tensor.Type),
        };
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, tensor.Shape);
        tensor.Data.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static double[]? Doubles(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Float => Array.ConvertAll(value.GetTensorDataAsSpan<float>().ToArray(), v => (double)v),
        TensorElementType.Double => value.GetTensorDataAsSpan<double>().ToArray(),
        TensorElementType.Float16 => Array.ConvertAll(MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>()).ToArray(), v => (double)v),
        _ => null,
    };
}
