namespace NativeSparse.Forms.Experts.Converters;

/// <summary>Turns a dense site into experts. Stateless and thread-safe.</summary>
internal interface IExpertsConverter
{
    /// <summary>Name in plans: <c>default</c>, <c>contiguous</c>, <c>factorllm</c>, <c>dynamic-dino</c>.</summary>
    string Name { get; }

    /// <summary>Whether it fits something on calibration inputs with these options.</summary>
    bool NeedsCalibration(ExpertsOptions options);

    /// <summary>Makes the experts.</summary>
    /// <exception cref="ConversionException">The options do not fit the site (more experts than neurons, no calibration, ...).</exception>
    ExpertsConversion Convert(ConversionContext context, ExpertsOptions options);
}
