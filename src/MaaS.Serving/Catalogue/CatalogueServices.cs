using MaaS.Serving.Endpoints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Catalogue;

/// <summary>Registers the catalogue of the registry's models.</summary>
internal static class CatalogueServices
{
    public static IServiceCollection AddCatalogue(this IServiceCollection services)
    {
        services.TryAddSingleton<CatalogueSource>();
        services.TryAddSingleton<CatalogueAccess>();
        services.TryAddSingleton<SignatureState>();
        services.TryAddSingleton<BrowserSession>();
        services.TryAddSingleton<ModelPublisher>();
        services.TryAddSingleton<ListPage>();
        services.TryAddSingleton<VersionPage>();
        return services.AddEndpoints<CataloguePages>().AddEndpoints<CatalogueApi>().AddEndpoints<DownloadEndpoints>()
            .AddEndpoints<PublishEndpoints>();
    }
}
