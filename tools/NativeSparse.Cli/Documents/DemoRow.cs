namespace NativeSparse.Cli.Documents;

/// <summary>One runner of the demo with one number of threads.</summary>
internal sealed record DemoRow
{
    /// <summary>The runner.</summary>
    public required string Name { get; init; }

    /// <summary>Threads of the session.</summary>
    public required int Threads { get; init; }

    /// <summary>Median time of a prefill of 1x224.</summary>
    public required double PrefillMilliseconds { get; init; }

    /// <summary>Median time of one token after 64.</summary>
    public required double DecodeMilliseconds { get; init; }

    /// <summary>Tokens a second of the prefill.</summary>
    public required double PrefillTokensPerSecond { get; init; }

    /// <summary>Tokens a second of decoding.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>ONNX Runtime's prefill time over this one, paired, same threads.</summary>
    public required double RatioPrefill { get; init; }

    /// <summary>ONNX Runtime's decoding time over this one, paired, same threads.</summary>
    public required double RatioDecode { get; init; }

    /// <summary>Perplexity per token on held-out text.</summary>
    public required double Perplexity { get; init; }

    /// <summary>Perplexity over that of the dense model in ONNX Runtime.</summary>
    public required double PerplexityRatio { get; init; }

    /// <summary>Mean share of the hidden neurons that run for a token.</summary>
    public required double ActiveShare { get; init; }
}
