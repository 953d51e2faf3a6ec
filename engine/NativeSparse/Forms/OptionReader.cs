using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NativeSparse.Forms.Experts;

namespace NativeSparse.Forms;

/// <summary>Source-generated JSON of the forms' options: camelCase, unknown fields refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ExpertsOptions))]
internal sealed partial class OptionReader : JsonSerializerContext
{
    /// <summary>Reads a form's options.</summary>
    /// <exception cref="ConversionException">A field is unknown or of the wrong type.</exception>
    public static T Read<T>(JsonObject? options, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string form)
        where T : new()
    {
        if (options is null)
        {
            return new T();
        }

        // Generated readers give init-only properties that the JSON lacks default(T), not the record's own default.
        var complete = JsonSerializer.SerializeToNode(new T(), type)!.AsObject();
        foreach (var (name, value) in options)
        {
            if (!complete.ContainsKey(name))
            {
                throw new ConversionException(
                    $"form '{form}' has no option '{name}'; its options are {string.Join(", ", complete.Select(option => option.Key))}", form: form);
            }

            complete[name] = value?.DeepClone();
        }

        try
        {
            return complete.Deserialize(type) ?? new T();
        }
        catch (JsonException exception)
        {
            throw new ConversionException($"options of form '{form}': {exception.Message}", form: form, innerException: exception);
        }
    }
}
