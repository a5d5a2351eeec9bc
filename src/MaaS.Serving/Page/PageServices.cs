using MaaS.Serving.Endpoints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MaaS.Serving.Page;

/// <summary>Registers the page and what it shows.</summary>
internal static class PageServices
{
    public static IServiceCollection AddPage(this IServiceCollection services)
    {
        services.TryAddSingleton<TrafficHistory>();
        services.TryAddSingleton<OverviewAnswer>();
        services.TryAddSingleton<ModelAnswer>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, TrafficHistory>(s => s.GetRequiredService<TrafficHistory>()));
        return services.AddEndpoints<PageEndpoints>();
    }
}
