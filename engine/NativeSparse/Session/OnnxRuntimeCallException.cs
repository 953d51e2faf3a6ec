namespace NativeSparse.Session;

/// <summary>A call into ONNX Runtime failed; carries its message.</summary>
/// <param name="message">ONNX Runtime's message.</param>
internal sealed class OnnxRuntimeCallException(string message) : Exception(message);
