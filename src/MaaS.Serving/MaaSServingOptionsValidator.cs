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

        if (options.DefaultModel is { } model && !ModelNames.IsValid(model))
        {
            faults.Add($"{nameof(options.DefaultModel)}: expected {ModelNames.Rule}, got '{model}'");
        }

        if (options.MaxRequestBytes is < 1 or > int.MaxValue)
        {
            faults.Add($"{nameof(options.MaxRequestBytes)}: expected 1 to {int.MaxValue}, got {options.MaxRequestBytes}");
        }

        if (options.IntraOpThreads is < 0 or > 1024)
        {
            faults.Add($"{nameof(options.IntraOpThreads)}: expected 0 to 1024, got {options.IntraOpThreads}");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
