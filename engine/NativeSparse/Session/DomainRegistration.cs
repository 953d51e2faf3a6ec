using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Session;

/// <summary>
/// The first session with our operators is created alone: ONNX Runtime looks a domain up in a table of the process and then adds it, without
/// a lock, and a second thread that adds it too gets an error. Thread-safe.
/// </summary>
internal static class DomainRegistration
{
    private static readonly Lock Gate = new();
    private static bool _isKnown;

    /// <summary>A session on a model with our operators.</summary>
    public static InferenceSession CreateSession(byte[] model, SessionOptions options)
    {
        if (Volatile.Read(ref _isKnown))
        {
            return new InferenceSession(model, options);
        }

        lock (Gate)
        {
            var session = new InferenceSession(model, options);
            Volatile.Write(ref _isKnown, true);
            return session;
        }
    }
}
