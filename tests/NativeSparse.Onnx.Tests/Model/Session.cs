using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Onnx.Tests.Model;

/// <summary>Runs small float32 models in ONNX Runtime.</summary>
internal static class Session
{
    internal static SessionOptions Options(string? folder = null)
    {
        var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (folder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        }

        return options;
    }

    internal static float[] Run(InferenceSession session, params (string Name, float[] Values)[] inputs)
    {
        using var run = new RunOptions();
        var values = inputs.ToDictionary(input => input.Name, input => OrtValue.CreateTensorValueFromMemory(input.Values, [input.Values.Length]));
        using var outputs = session.Run(run, values, [session.OutputNames[0]]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
