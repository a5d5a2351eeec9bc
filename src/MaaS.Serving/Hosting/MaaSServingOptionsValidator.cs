using MaaS.Core.Packages;
using MaaS.Serving.Security;
using MaaS.Serving.Trust;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Hosting;

/// <summary>Gathers every fault of the options.</summary>
internal sealed class MaaSServingOptionsValidator : IValidateOptions<MaaSServingOptions>
{
    public ValidateOptionsResult Validate(string? name, MaaSServingOptions options)
    {
        List<string> faults = [.. options.ConfigurationFaults];
        if (options.Registry is null ? !Path.Exists(options.ModelsPath) : File.Exists(options.ModelsPath))
        {
            faults.Add(
                options.Registry is null
                    ? $"{nameof(options.ModelsPath)}: expected a folder or file of models, found nothing at "
                        + $"'{options.ModelsPath}'"
                    : $"{nameof(options.ModelsPath)}: expected a folder for copies out of the registry, got the file "
                        + $"'{options.ModelsPath}'");
        }

        foreach (var (option, url) in new[]
        {
            (nameof(options.AnnounceUrl), options.AnnounceUrl),
            (nameof(options.AnnounceGrpcUrl), options.AnnounceGrpcUrl),
        })
        {
            if (url is not null
                && !(Uri.TryCreate(url, UriKind.Absolute, out var at) && at.Scheme is ("http" or "https")))
            {
                faults.Add($"{option}: expected an address as http://10.0.0.7:8080, got '{url}'");
            }
        }

        if (options is { AnnounceUrl: not null, Registry: null })
        {
            faults.Add($"{nameof(options.AnnounceUrl)}: expected a {nameof(options.Registry)} to be announced in");
        }

        if (options.DefaultModel is { } defaultModel && !ModelNames.IsValid(defaultModel))
        {
            faults.Add($"{nameof(options.DefaultModel)}: expected {ModelNames.Rule}, got '{defaultModel}'");
        }

        if (options.MaxRequestBytes is < 1 or > int.MaxValue)
        {
            faults.Add(
                $"{nameof(options.MaxRequestBytes)}: expected 1 to {int.MaxValue}, got {options.MaxRequestBytes}");
        }

        if (options.RequestTimeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            faults.Add($"{nameof(options.RequestTimeout)}: expected more than 0, got {timeout}");
        }

        if (options.ReleaseMemoryAfter is { } quiet
            && (quiet < TimeSpan.FromSeconds(1) || quiet > TimeSpan.FromDays(1)))
        {
            faults.Add($"{nameof(options.ReleaseMemoryAfter)}: expected 1 s to 1 day or null, got {quiet}");
        }

        CheckLifecycle(options, faults);
        faults.AddRange(options.SharedMemory.Faults(nameof(options.SharedMemory)));
        faults.AddRange(options.Publishing.Faults(nameof(options.Publishing)));
        faults.AddRange(options.Security.Faults(nameof(options.Security)));
        faults.AddRange(TrustFaults.Of(options.Security.Trust, options.Packages, "Security:Trust"));
        faults.AddRange(options.Telemetry.Faults(nameof(options.Telemetry)));
        faults.AddRange(options.Defaults.Faults(nameof(options.Defaults)));
        foreach (var (model, own) in options.Models)
        {
            faults.AddRange(own.Faults($"{nameof(options.Models)}:{model}"));
            if (!ModelNames.IsValid(model))
            {
                faults.Add($"{nameof(options.Models)}: expected as name {ModelNames.Rule}, got '{model}'");
            }
        }

        if (options.GrpcUrl is { } grpc && !ListenAddress.IsValid(grpc))
        {
            faults.Add($"{nameof(options.GrpcUrl)}: expected {ListenAddress.Rule}, got '{grpc}'");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckLifecycle(MaaSServingOptions options, List<string> faults)
    {
        if (options.PollInterval < TimeSpan.FromMilliseconds(10) || options.PollInterval > TimeSpan.FromDays(1))
        {
            faults.Add($"{nameof(options.PollInterval)}: expected 10 ms to 1 day, got {options.PollInterval}");
        }

        if (options.SettleTime < TimeSpan.Zero || options.SettleTime > TimeSpan.FromHours(1))
        {
            faults.Add($"{nameof(options.SettleTime)}: expected 0 to 1 h, got {options.SettleTime}");
        }

        if (options.MemoryLimitBytes < 1)
        {
            faults.Add(
                $"{nameof(options.MemoryLimitBytes)}: expected at least 1, got {options.MemoryLimitBytes}; leave it "
                    + "out for no limit");
        }

        if (options.MaxConcurrentLoads is < 1 or > 1024)
        {
            faults.Add($"{nameof(options.MaxConcurrentLoads)}: expected 1 to 1024, got {options.MaxConcurrentLoads}");
        }

        if (options.DrainDelay < TimeSpan.Zero || options.DrainDelay > TimeSpan.FromHours(1))
        {
            faults.Add($"{nameof(options.DrainDelay)}: expected 0 to 1 h, got {options.DrainDelay}");
        }

        if (options.DrainTimeout <= TimeSpan.Zero || options.DrainTimeout > TimeSpan.FromHours(1))
        {
            faults.Add($"{nameof(options.DrainTimeout)}: expected above 0 to 1 h, got {options.DrainTimeout}");
        }

        if (options.StateFile is { } file && (string.IsNullOrWhiteSpace(file) || Directory.Exists(file)))
        {
            faults.Add($"{nameof(options.StateFile)}: expected the path of a file, got '{file}'");
        }
    }
}
