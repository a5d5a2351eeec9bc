using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MaaS.Serving.Quiet;

/// <summary>Registers what gives memory back while no large request comes.</summary>
internal static class QuietServices
{
    public static IServiceCollection AddQuiet(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, QuietMemory>());
        return services;
    }
}
