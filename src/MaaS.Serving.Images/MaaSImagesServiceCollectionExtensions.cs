using MaaS.Serving.Images;
using MaaS.Serving.Protocols.Images;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds image files to what a model server takes.</summary>
public static class MaaSImagesServiceCollectionExtensions
{
    /// <summary>Decodes JPEG, PNG, WebP, BMP and GIF bodies for models whose packages say how pixels are normalised.</summary>
    /// <param name="services">The application's services, beside <c>AddMaaS</c>.</param>
    /// <param name="configure">Limits of size and pixels; null for the defaults.</param>
    public static IServiceCollection AddMaaSImages(
        this IServiceCollection services, Action<ImageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ImageOptions>()
            .Configure(configure ?? (static _ => { }))
            .Validate(
                static o => o.MaxBytes > 0
                    && o.MaxPixels is > 0 and <= 1 << 28,
                    "MaxBytes: expected more than 0; MaxPixels: expected 1 to 268435456")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IImageDecoder, SkiaImageDecoder>());
        return services;
    }
}
