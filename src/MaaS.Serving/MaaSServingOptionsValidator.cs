using MaaS.Core.Packages;
using Microsoft.Extensions.Options;

namespace MaaS.Serving;

/// <summary>Gathers every fault of the options.</summary>
internal sealed class MaaSServingOptionsValidator : IValidateOptions<MaaSServingOptions>
{
    public ValidateOptionsResult Validate(string? name, MaaSServingOptions options)
    {
        List<string> faults = [];
        if (!Path.Exists(options.ModelsPath))
        {
            faults.Add($"{nameof(options.ModelsPath)}: expected a folder or file of models, found nothing at '{options.ModelsPath}'");
        }

        if (options.DefaultModel is { } defaultModel && !ModelNames.IsValid(defaultModel))
        {
            faults.Add($"{nameof(options.DefaultModel)}: expected {ModelNames.Rule}, got '{defaultModel}'");
        }

        if (options.MaxRequestBytes is < 1 or > int.MaxValue)
        {
            faults.Add($"{nameof(options.MaxRequestBytes)}: expected 1 to {int.MaxValue}, got {options.MaxRequestBytes}");
        }

        if (options.RequestTimeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            faults.Add($"{nameof(options.RequestTimeout)}: expected more than 0, got {timeout}");
        }

        faults.AddRange(options.Defaults.Faults(nameof(options.Defaults)));
        foreach (var (model, own) in options.Models)
        {
            faults.AddRange(own.Faults($"{nameof(options.Models)}:{model}"));
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
